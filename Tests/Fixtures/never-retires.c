/* Defect: answers retire with SH_PENDING for ever. */
#include "begin.h"
static sh_status retire(void *instance, sh_residue *residue) {
    (void)instance;
    if (residue) residue->threads = 2;
    return SH_PENDING;
}
#define RETIRE retire
#include "end.h"
