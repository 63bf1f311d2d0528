/* Defect: can be created only once in its life. */
#include "begin.h"
static int created;
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)config;
    if (created++) return refuse(error, "there is an instance already");
    host = table;
    *instance = (void *)table;
    return SH_OK;
}
#define CREATE create
#include "end.h"
