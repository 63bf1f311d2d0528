/* Defect: its entry function makes a new description each time. */
#include "begin.h"
#define NO_ENTRY
#include "end.h"
SH_EXPORT const sh_plugin *streamhost_plugin(void) {
    sh_plugin *copy = malloc(sizeof *copy);
    if (copy) *copy = plugin;
    return copy;
}
