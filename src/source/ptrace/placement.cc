#include "source/ptrace/placement.h"

namespace cttrace::ptrace {
namespace {

constexpr uint32_t kAnywhere = ~0u;

}  // namespace

// More CPUs than fit (EINVAL): it stays where the kernel places it.
Placement::Placement() : allowed_{}, cpu_(kAnywhere) {
  if (sched_getaffinity(0, sizeof(allowed_), &allowed_) != 0) CPU_ZERO(&allowed_);
}

void Placement::follow(uint32_t cpu) {
  if (cpu == cpu_ || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &allowed_)) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof(one), &one) == 0) cpu_ = cpu;
}

void Placement::leave() {
  if (cpu_ == kAnywhere) return;
  if (sched_setaffinity(0, sizeof(allowed_), &allowed_) == 0) cpu_ = kAnywhere;
}

}  // namespace cttrace::ptrace
