/* Defect: crashes in create. */
#include "begin.h"
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)table, (void)config, (void)instance, (void)error;
    crash();
    return SH_OK;
}
#define CREATE create
#include "end.h"
