/* Defect: restore takes whatever it is given. */
#include "begin.h"
static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance, (void)schema, (void)version, (void)bytes, (void)error;
    return SH_OK;
}
#define RESTORE restore
#include "end.h"
