/* Defect: ends unary calls with OK and no message. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message) { (void)state, (void)message; host->finish(host, call, NULL); }
#define ON_MESSAGE message
#include "end.h"
