// The key of a store: everything in its vault opens with it. Kept in key slots only.
#pragma once

#include "core/base/secret.h"

namespace samla::vault {

using StoreKey = Secret<32>;

}  // namespace samla::vault
