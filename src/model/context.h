// What one event is applied to, with what the model remembers beside the state.
#pragma once

#include "model/bookkeeping.h"
#include "model/mounts_api.h"

namespace cttrace {

struct ModelContext : Context {
  Bookkeeping& books;

  void changed(Change change) { changes.push_back(std::move(change)); }
};

}  // namespace cttrace
