/* Defect: crashes while it is loaded. */
#include "begin.h"
__attribute__((constructor)) static void loaded(void) { crash(); }
#include "end.h"
