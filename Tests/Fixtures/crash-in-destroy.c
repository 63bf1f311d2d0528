/* Defect: crashes in destroy. */
#include "begin.h"
static void destroy(void *instance) { (void)instance; crash(); }
#define DESTROY destroy
#include "end.h"
