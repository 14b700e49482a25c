#include "source/kernel_traits.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/fd.h"

namespace cttrace {
namespace {

// Memory that the kernel has mapped.
class Mapping {
 public:
  Mapping(size_t size, int protection, int flags, int fd)
      : data_(mmap(nullptr, size, protection, flags, fd, 0)), size_(size) {}
  ~Mapping() {
    if (*this) munmap(data_, size_);
  }
  Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, MAP_FAILED)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;

  explicit operator bool() const { return data_ != MAP_FAILED; }
  char* data() const { return static_cast<char*>(data_); }
  std::string_view bytes() const { return {data(), size_}; }

 private:
  void* data_;
  size_t size_;
};

// All of a file in sysfs. None: it cannot be read. Those of BPF can be mapped since Linux 6.16.
std::optional<Mapping> contents(const Fd& file) {
  struct stat status = {};
  if (!file || fstat(file.get(), &status) != 0 || status.st_size <= 0) return std::nullopt;
  const auto size = static_cast<size_t>(status.st_size);
  Mapping mapped(size, PROT_READ, MAP_PRIVATE, file.get());
  if (mapped) return mapped;
  Mapping copy(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  for (size_t at = 0; copy && at < size;) {
    const ssize_t got = ::read(file.get(), copy.data() + at, size - at);
    if (got <= 0) return std::nullopt;
    at += static_cast<size_t>(got);
  }
  return copy ? std::optional(std::move(copy)) : std::nullopt;
}

// Only looked through: libbpf copies all of it, some 6 MB, twice, which takes longer than the program that is traced.
class Btf {
 public:
  static std::optional<Btf> of_kernel() {
    std::optional<Mapping> file = contents(Fd(open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC)));
    btf_header header = {};
    if (!file || file->bytes().size() < sizeof(header)) return std::nullopt;
    const std::string_view bytes = file->bytes();
    std::memcpy(&header, bytes.data(), sizeof(header));
    const size_t types = size_t{header.hdr_len} + header.type_off, strings = size_t{header.hdr_len} + header.str_off;
    if (header.magic != BTF_MAGIC || types + header.type_len > bytes.size() || strings + header.str_len > bytes.size())
      return std::nullopt;
    return Btf(std::move(*file), bytes.substr(types, header.type_len), bytes.substr(strings, header.str_len));
  }

  bool has_member(std::string_view structure, std::string_view member) const {
    const std::optional<uint32_t> structure_name = name(structure), member_name = name(member);
    if (!structure_name || !member_name) return false;
    btf_type type = {};
    for (size_t at = 0; at + sizeof(type) <= types_.size();) {
      std::memcpy(&type, types_.data() + at, sizeof(type));
      at += sizeof(type);
      const size_t rest = bytes_behind(type);
      if (rest > types_.size() - at) return false;
      if (BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT && type.name_off == *structure_name &&
          names_one(types_.substr(at, rest), *member_name))
        return true;
      at += rest;
    }
    return false;
  }

 private:
  Btf(Mapping file, std::string_view types, std::string_view strings)
      : file_(std::move(file)), types_(types), strings_(strings) {}

  // Names are unique.
  std::optional<uint32_t> name(std::string_view text) const {
    const std::string whole = std::string(1, '\0') + std::string(text) + std::string(1, '\0');
    const void* const found = memmem(strings_.data(), strings_.size(), whole.data(), whole.size());
    if (!found) return std::nullopt;
    return static_cast<uint32_t>(static_cast<const char*>(found) + 1 - strings_.data());
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

  Mapping file_;
  std::string_view types_, strings_;  // in it
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
