/* Defect: restore refuses what save gave. */
#include "begin.h"
static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance, (void)schema, (void)version, (void)bytes;
    return refuse(error, "found 4 bytes, wanted 8");
}
#define RESTORE restore
#include "end.h"
