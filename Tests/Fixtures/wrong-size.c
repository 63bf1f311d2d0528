/* Defect: its struct_size is too small. */
#include "begin.h"
#define STRUCT_SIZE 16
#include "end.h"
