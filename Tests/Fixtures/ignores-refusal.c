/* Defect: goes on although a service was refused. */
#include "begin.h"
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error);
#define START start
#include "end.h"
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    good_start(instance, registrar, error);
    sh_service twice = {sizeof twice, "fixture.Service", {NULL, 0}, METHODS, METHOD_COUNT};
    registrar->add_service(registrar, &twice, error);
    return SH_OK;
}
