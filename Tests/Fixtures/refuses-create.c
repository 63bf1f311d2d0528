/* Defect: create refuses every configuration. */
#include "begin.h"
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)table, (void)config, (void)instance;
    return refuse(error, "found no key \"folder\", wanted a path");
}
#define CREATE create
#include "end.h"
