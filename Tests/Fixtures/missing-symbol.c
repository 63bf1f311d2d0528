/* Defect: calls a function that no library has. */
#include "begin.h"
extern void nobody_has_this_function(void);
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)table, (void)config, (void)instance, (void)error;
    nobody_has_this_function();
    return SH_OK;
}
#define CREATE create
#include "end.h"
