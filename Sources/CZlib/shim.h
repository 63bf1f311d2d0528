// Why a shim: zlib.h is a system header outside this folder, and a module map may only name headers relative to itself.
#pragma once
#include <zlib.h>
