// One field of an OCI configuration at work on one container.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/facts.h"
#include "check/finding.h"

namespace cttrace {

using OciJson = nlohmann::ordered_json;

class OciJudging {
 public:
  // `container` must have been handed something.
  OciJudging(const OciJson& config, const std::string& folder, const ContainerFacts& container, const std::string& name,
             const KernelFiles& kernel_files, std::vector<Finding>& findings);

  const OciJson& config;
  const std::string& folder;  // the bundle; empty: not known
  const ContainerFacts& container;
  const HandedFacts& handed;
  const KernelFiles& kernel_files;

  // `field` is what the finding is about: "process.user.uid", "mounts[/proc].options".
  // By these steps; where there are none: it was so without one.
  void satisfied(const std::string& field, const std::string& what, std::vector<EventNumber> events = {});
  Finding& broken(const std::string& field, const std::string& message, const std::string& expected,
                  const std::string& found, Consequence consequence = Consequence::kEqual);
  void cannot_judge(const std::string& field, const std::string& why);
  void not_visible(const std::string& field, const std::string& why);
  // Nobody asked for it.
  Finding& unasked(const std::string& field, const std::string& message, const std::string& found,
                   Consequence consequence);

  // The value in there; none where it is of another type, which has then been said.
  std::optional<std::string> text(const OciJson& value, const std::string& field);
  std::optional<int64_t> number(const OciJson& value, const std::string& field);
  std::optional<bool> flag(const OciJson& value, const std::string& field);
  std::optional<std::vector<std::string>> texts(const OciJson& value, const std::string& field);
  // True: it is a list, or an object.
  bool is_list(const OciJson& value, const std::string& field);
  bool is_object(const OciJson& value, const std::string& field);
  // Says of every key that is none of these that it is not known.
  void check_keys(const OciJson& object, const std::string& field, std::initializer_list<std::string_view> keys);

  // Says how it is where it is not so; `consequence` of that.
  void compare(const std::string& field, const Fact<std::string>& fact, const std::string& expected,
               std::vector<EventNumber> events);

  // What the configuration has at this path ("linux.namespaces"); nullptr: nothing.
  const OciJson* at(std::string_view path) const;

 private:
  Finding& add(Verdict verdict, const std::string& field, const std::string& message);

  const std::string& name_;
  std::vector<Finding>& findings_;
};

struct OciField {
  std::string_view path;   // "linux.maskedPaths"
  std::string_view words;  // what it asks for
  // nullptr: nothing that a tracer sees tells; then `words` says why.
  void (*judge)(OciJudging& judging, const OciJson& value, const std::string& path);
};
std::vector<OciField> oci_process_fields();
std::vector<OciField> oci_mount_fields();
std::vector<OciField> oci_linux_fields();
std::vector<OciField> oci_resource_fields();
std::vector<OciField> oci_other_fields();

// What was done that no field asks for.
void judge_unasked(OciJudging& judging);

// Empty where there is none, or no object.
std::string text_in(const OciJson& object, const char* key);

// The last part of a field's name without what it is about: "mounts" of "mounts[/proc].options".
std::string oci_field_of(const std::string& about);

}  // namespace cttrace
