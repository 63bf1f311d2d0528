/* Defect: its descriptors are no FileDescriptorSet. */
#include "begin.h"
#define DESCRIPTORS {(const uint8_t *)"\xff\xff\xff\xff", 4}
#include "end.h"
