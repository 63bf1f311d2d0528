/* Defect: was built for another ABI. */
#include "begin.h"
#define MAJOR (SH_ABI_MAJOR + 1)
#include "end.h"
