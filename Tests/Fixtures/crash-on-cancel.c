/* Defect: crashes when a call is cancelled. */
#include "begin.h"
static void cancelled(void *state, sh_call call, sh_cancel_reason reason) { (void)state, (void)call, (void)reason; crash(); }
#define ON_CANCEL cancelled
#include "end.h"
