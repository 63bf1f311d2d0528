/* Defect: has neither retire nor destroy. */
#include "begin.h"
#define RETIRE NULL
#define DESTROY NULL
#include "end.h"
