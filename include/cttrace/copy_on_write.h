// A value that copies share until one of them is changed.
#pragma once

#include <memory>
#include <utility>

namespace cttrace {

template <typename T>
class CopyOnWrite {
 public:
  CopyOnWrite() : value_(std::make_shared<T>()) {}
  explicit CopyOnWrite(T value) : value_(std::make_shared<T>(std::move(value))) {}

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  bool same_as(const CopyOnWrite& other) const { return value_ == other.value_; }

  // To be changed: only this copy. Valid until this copy is copied.
  T& edit() {
    if (value_.use_count() != 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

 private:
  std::shared_ptr<T> value_;
};

}  // namespace cttrace
