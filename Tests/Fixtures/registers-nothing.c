/* Defect: start registers no service. */
#include "begin.h"
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance, (void)registrar, (void)error;
    return SH_OK;
}
#define START start
#include "end.h"
