#include "core/base/planted_bug.h"

namespace samla::planted {

Bug chosen = Bug::kNone;

}  // namespace samla::planted
