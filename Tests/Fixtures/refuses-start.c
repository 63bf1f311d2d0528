/* Defect: start fails. */
#include "begin.h"
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance, (void)registrar;
    return refuse(error, "the database does not answer");
}
#define START start
#include "end.h"
