/* Defect: its descriptors are of another service. */
#include "begin.h"
/* FileDescriptorSet { file { name: "a.proto" package: "other" service { name: "Service" } } } */
static const char descriptors[] = "\x0a\x1b\x0a\x07" "a.proto" "\x12\x05" "other" "\x32\x09\x0a\x07" "Service";
#define DESCRIPTORS {(const uint8_t *)descriptors, sizeof descriptors - 1}
#include "end.h"
