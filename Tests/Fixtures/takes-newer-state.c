/* Defect: restore does not look at the version. */
#include "begin.h"
static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance, (void)version;
    if (strcmp(schema, "fixture.calls") != 0) return refuse(error, "found another schema");
    return bytes.size == sizeof calls ? SH_OK : refuse(error, "found another size");
}
#define RESTORE restore
#include "end.h"
