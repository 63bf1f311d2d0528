/* Defect: does not begin with SH_MAGIC. */
#include "begin.h"
#define MAGIC 0x12345678u
#include "end.h"
