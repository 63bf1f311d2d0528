// Why a shim: nghttp2.h is a system header outside this folder, and a module map may only name
// headers relative to itself. Nothing is added to it.
#pragma once
#include <nghttp2/nghttp2.h>
