/* Defect: its name has a space and a slash. */
#include "begin.h"
#define NAME "my plugin/2"
#include "end.h"
