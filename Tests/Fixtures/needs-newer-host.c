/* Defect: needs functions of a later minor version. */
#include "begin.h"
#define MIN_MINOR (SH_ABI_MINOR + 1)
#include "end.h"
