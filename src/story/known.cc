// Finding a container by its number, its namespaces and its name.
#include "story/known.h"

#include <algorithm>

namespace cttrace {
namespace {

constexpr size_t kMostKnown = 4096;  // those that have ended are forgotten from here on

template <typename Key>
std::set<uint32_t> under(const std::map<Key, std::set<uint32_t>>& index, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? std::set<uint32_t>() : found->second;
}

template <typename Key>
void take_out(std::map<Key, std::set<uint32_t>>& index, const Key& key, uint32_t number) {
  const auto found = index.find(key);
  if (found == index.end()) return;
  found->second.erase(number);
  if (found->second.empty()) index.erase(found);
}

}  // namespace

Known& KnownContainers::add(Known&& known) {
  if (containers_.size() >= std::max(kMostKnown, 2 * left_)) forget_ended();
  for (const auto& each : known.own)
    if (each.second) owners_[each].insert(known.number);
  if (!known.called.empty()) called_[known.called].insert(known.number);
  named_[known.short_name].insert(known.number);
  programs_[known.program].insert(known.number);
  return containers_[known.number] = std::move(known);
}

void KnownContainers::forget_ended() {
  std::erase_if(containers_, [&](const auto& each) {
    const auto& [number, known] = each;
    if (!known.ended || known.processes) return false;
    for (const auto& its : known.own) take_out(owners_, its, number);
    take_out(called_, known.called, number);
    take_out(programs_, known.program, number);
    return true;
  });
  left_ = containers_.size();
}

Known* KnownContainers::find(uint32_t number) {
  const auto found = containers_.find(number);
  return found == containers_.end() ? nullptr : &found->second;
}

const Known* KnownContainers::find(uint32_t number) const {
  const auto found = containers_.find(number);
  return found == containers_.end() ? nullptr : &found->second;
}

uint32_t KnownContainers::owner_of(uint32_t type, uint32_t inode) const {
  const auto found = owners_.find({type, inode});
  return found == owners_.end() ? 0 : *found->second.rbegin();
}

std::set<uint32_t> KnownContainers::called(const std::string& word) const { return under(called_, word); }

std::set<uint32_t> KnownContainers::called(const std::vector<std::string>& words) const {
  std::set<uint32_t> meant;
  for (const std::string& word : std::set<std::string>(words.begin(), words.end())) meant.merge(called(word));
  return meant;
}

std::set<uint32_t> KnownContainers::of_program(TaskId program) const { return under(programs_, program); }

void KnownContainers::has_ended(Known& known) {
  known.ended = true;
  take_out(named_, known.short_name, known.number);
}

ContainerWentOn KnownContainers::about(const Known& known) const {
  ContainerWentOn told{.container = known.number, .name = known.name, .short_name = known.short_name};
  told.id = known.id;
  told.program_pid = known.program.tid;
  const auto living = named_.find(known.short_name);
  told.is_one_of_many = living != named_.end() && living->second.size() > living->second.count(known.number);
  return told;
}

}  // namespace cttrace
