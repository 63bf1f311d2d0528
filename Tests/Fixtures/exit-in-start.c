/* Defect: ends the process in start. */
#include "begin.h"
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance, (void)registrar, (void)error;
    fprintf(stderr, "fixture: no license found, giving up\n");
    exit(3);
}
#define START start
#include "end.h"
