/* Defect: answers on_yield with SH_PENDING, and never calls yielded. */
#include "begin.h"
static sh_status yield(void *state, sh_call call) { (void)state, (void)call; return SH_PENDING; }
#define ON_YIELD yield
#include "end.h"
