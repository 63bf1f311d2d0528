/* Defect: crashes on a state that it doesn't know. */
#include "begin.h"
static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance, (void)schema, (void)version, (void)error;
    if (bytes.size != sizeof calls) crash();
    return SH_OK;
}
#define RESTORE restore
#include "end.h"
