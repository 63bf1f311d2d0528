/* Defect: exports no entry function. */
#include "begin.h"
#define NO_ENTRY
#include "end.h"
