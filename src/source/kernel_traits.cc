#include "source/kernel_traits.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string_view>

#include "base/fd.h"

namespace cttrace {
namespace {

// Only looked through: libbpf copies all of it, some 6 MB, twice, which takes longer than the program that is traced.
class Btf {
 public:
  static std::optional<Btf> of_kernel() {
    const Fd file(open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file || fstat(file.get(), &status) != 0) return std::nullopt;
    std::string bytes(static_cast<size_t>(status.st_size), '\0');
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t got = ::read(file.get(), bytes.data() + at, bytes.size() - at);
      if (got <= 0) return std::nullopt;
      at += static_cast<size_t>(got);
    }
    btf_header header = {};
    if (bytes.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof(header));
    const size_t types = size_t{header.hdr_len} + header.type_off, strings = size_t{header.hdr_len} + header.str_off;
    if (header.magic != BTF_MAGIC || types + header.type_len > bytes.size() || strings + header.str_len > bytes.size())
      return std::nullopt;
    return Btf(std::move(bytes), {types, header.type_len}, {strings, header.str_len});
  }

  bool has_member(std::string_view structure, std::string_view member) const {
    const std::optional<uint32_t> structure_name = name(structure), member_name = name(member);
    if (!structure_name || !member_name) return false;
    const std::string_view types = std::string_view(bytes_).substr(types_.offset, types_.length);
    btf_type type = {};
    for (size_t at = 0; at + sizeof(type) <= types.size();) {
      std::memcpy(&type, types.data() + at, sizeof(type));
      at += sizeof(type);
      const size_t rest = bytes_behind(type);
      if (rest > types.size() - at) return false;
      if (BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT && type.name_off == *structure_name &&
          names_one(types.substr(at, rest), *member_name))
        return true;
      at += rest;
    }
    return false;
  }

 private:
  struct Section {
    size_t offset, length;
  };
  Btf(std::string bytes, Section types, Section strings) : bytes_(std::move(bytes)), types_(types), strings_(strings) {}

  // Names are unique.
  std::optional<uint32_t> name(std::string_view text) const {
    const std::string whole = std::string(1, '\0') + std::string(text) + std::string(1, '\0');
    const size_t at = std::string_view(bytes_).substr(strings_.offset, strings_.length).find(whole);
    if (at == std::string::npos) return std::nullopt;
    return static_cast<uint32_t>(at + 1);
  }

  static bool names_one(std::string_view members, uint32_t name) {
    btf_member member = {};
    for (size_t at = 0; at + sizeof(member) <= members.size(); at += sizeof(member)) {
      std::memcpy(&member, members.data() + at, sizeof(member));
      if (member.name_off == name) return true;
    }
    return false;
  }

  // Of a type, behind what all have.
  static size_t bytes_behind(const btf_type& type) {
    const size_t count = BTF_INFO_VLEN(type.info);
    switch (BTF_INFO_KIND(type.info)) {
      case BTF_KIND_INT: return sizeof(uint32_t);
      case BTF_KIND_ARRAY: return sizeof(btf_array);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION: return count * sizeof(btf_member);
      case BTF_KIND_ENUM: return count * sizeof(btf_enum);
      case BTF_KIND_ENUM64: return count * sizeof(btf_enum64);
      case BTF_KIND_FUNC_PROTO: return count * sizeof(btf_param);
      case BTF_KIND_VAR: return sizeof(btf_var);
      case BTF_KIND_DATASEC: return count * sizeof(btf_var_secinfo);
      case BTF_KIND_DECL_TAG: return sizeof(btf_decl_tag);
      default: return 0;
    }
  }

  std::string bytes_;
  Section types_, strings_;
};

}  // namespace

// As find_traits in bpf/lifecycle.h.
std::vector<std::string> kernel_traits() {
  std::vector<std::string> traits;
  const std::optional<Btf> types = Btf::of_kernel();
  if (types && types->has_member("mnt_namespace", "nr_mounts")) traits.emplace_back("mount.by_id");
  if (types && types->has_member("mount", "overmount")) traits.emplace_back("mount.overmount");
  return traits;
}

}  // namespace cttrace
