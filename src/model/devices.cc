#include "model/devices.h"

namespace cttrace {

void apply_mknod(ModelContext&, const Call&, TaskState&) {}
void apply_chown(ModelContext&, const Call&, TaskState&) {}
void see_bound_device(ModelContext&, const Call&) {}
void sweep_devices(ModelContext&) {}

}  // namespace cttrace
