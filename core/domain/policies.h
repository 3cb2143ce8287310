// What the kinds' policies make of several heads, before a person is asked (kinds.h). Resolution below knows
// no policies: the heads stay, and another version of Samla may see them otherwise.
#pragma once

#include "core/domain/workspace.h"

namespace samla::domain {

/// The record with each field's heads in the order of its policy, and not contested where that settles
/// it: the greatest number of a kMax field, the head by the record's author (as a user) of a kOwner field.
/// Sets and identical values have settled already (view).
view::RecordView settled(const Workspace& workspace, view::RecordView record);

}  // namespace samla::domain
