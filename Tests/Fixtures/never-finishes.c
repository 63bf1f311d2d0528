/* Defect: takes requests and never answers. */
#include "begin.h"
static void message(void *state, sh_call call, sh_bytes message) { (void)state, (void)call, (void)message; }
static void half_close(void *state, sh_call call) { (void)state, (void)call; }
#define ON_MESSAGE message
#define ON_HALF_CLOSE half_close
#include "end.h"
