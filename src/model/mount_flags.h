// Attributes of single mounts, as the calls and mountinfo say them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cttrace {

// MS_* of mount(2) to MOUNT_ATTR_*: what a new mount gets.
uint64_t attributes_of(uint64_t mount_flags);
// Without the magic number of old programs.
uint64_t without_magic(uint64_t mount_flags);
// MS_SHARED and its like, of the flags.
uint64_t propagation_types(uint64_t mount_flags);
// What a remount makes of them: atime settings stay where the flags say nothing of them.
uint64_t remounted_attributes(uint64_t mount_flags, uint64_t before);
// mount_setattr; without MOUNT_ATTR_IDMAP.
uint64_t changed_attributes(uint64_t before, uint64_t set, uint64_t clear);

// Field 6 of mountinfo: "rw,nosuid,relatime". False: it has no sense. Unknown words are passed over.
bool parse_attributes(std::string_view text, uint64_t& attributes, bool& idmapped);
// The same the other way round.
std::string attribute_words(uint64_t attributes);

// A word of a list that commas separate.
bool has_option(std::string_view options, std::string_view option);

}  // namespace cttrace
