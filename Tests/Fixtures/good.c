/* No defect: what the others are one step away from. */
#include "begin.h"
#include "end.h"
