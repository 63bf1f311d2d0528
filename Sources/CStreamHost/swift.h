// Why a shim: Swift plugins define the entry function themselves, which C's declaration of it would get in the way of.
#pragma once
#define SH_NO_ENTRY_DECLARATION 1
#include "include/streamhost/plugin.h"
