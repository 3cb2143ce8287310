#include "core/domain/form_text.h"

#include <algorithm>
#include <optional>

#include "core/domain/form_check.h"

namespace samla::domain {
namespace {

// ---- writing

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (end == text.npos) return out;
    text.remove_prefix(end + 1);
  }
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

bool is_marked(const std::string& line) {
  return !line.empty() && (line[0] == '#' || line[0] == '=' || line[0] == '\\');
}

std::string unescaped(std::string_view line) {
  return std::string(line.starts_with('\\') ? line.substr(1) : line);
}

/// A line of an answer; the first and the last must not be taken for the space around it.
std::string answer_lines(const std::string& answer) {
  std::string out;
  const auto lines = lines_of(answer);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_edge = i == 0 || i + 1 == lines.size();
    out += (is_marked(lines[i]) || (is_edge && is_blank(lines[i])) ? "\\" : "") + lines[i] + "\n";
  }
  return out;
}

std::string item_lines(const AssessmentItem& item) {
  std::string out = "- " + item.type;
  if (!item.theme.empty()) out += " (" + item.theme + ")";
  if (!item.id.empty()) out += " [" + item.id.substr(0, 12) + "]";
  out += ":";
  bool is_first = true;
  for (const std::string& line : lines_of(item.text)) {
    out += (is_first ? " " : "  ") + std::string(is_blank(line) || line[0] == '\\' ? "\\" : "") + line + "\n";
    is_first = false;
  }
  return out;
}

struct Phrases {
  std::string_view intro;
  std::string_view required;
  std::string_view one_of;
  std::string_view number;
  std::string_view only_if;
  std::string_view item;
  std::string_view tray;
};

constexpr Phrases kBokmal = {
    "# Svarene skrives under overskriftene. Linjer som begynner med # blir ikke lest.\n"
    "# Skal en linje i et svar begynne med #, = eller \\, setter du en \\ foran.\n",
    "Må besvares før innsending.",
    "Skriv én av: ",
    "Skriv et helt tall",
    "Bare hvis ",
    "Én linje for hver, slik: - styrke (ett-nav): Tett på brukerne. Går den over flere linjer, rykkes de inn "
    "med to mellomrom.",
    "Svaret har ingen plass i denne versjonen av skjemaet. Det blir tatt vare på."};
constexpr Phrases kNynorsk = {
    "# Svara skriv du under overskriftene. Linjer som byrjar med # blir ikkje lesne.\n"
    "# Skal ei linje i eit svar byrje med #, = eller \\, set du ein \\ framfor.\n",
    "Må svarast på før innsending.",
    "Skriv éin av: ",
    "Skriv eit heilt tal",
    "Berre viss ",
    "Éi linje for kvar, slik: - styrke (ett-nav): Tett på brukarane. Går ho over fleire linjer, blir dei "
    "rykte inn med to mellomrom.",
    "Svaret har ingen plass i denne versjonen av skjemaet. Det blir teke vare på."};

std::string bounds(const Question& question, bool is_nynorsk) {
  std::string out;
  if (question.least) out += (is_nynorsk ? " frå " : " fra ") + std::to_string(*question.least);
  if (question.most) out += " til " + std::to_string(*question.most);
  return out + ".";
}

std::string remark(std::string_view text) { return "# " + std::string(text) + "\n"; }

std::string head_of(const Question& question, std::string_view language) {
  const Phrases& words = language == "nn" ? kNynorsk : kBokmal;
  std::string out = "\n= " + question.id + "\n" + remark(question.label.in(language));
  if (!question.help.nb.empty()) out += remark(question.help.in(language));
  if (question.when) {
    std::string answers;
    for (const std::string& each : question.when->is) answers += (answers.empty() ? "" : " / ") + each;
    out += remark(std::string(words.only_if) + question.when->question + " = " + answers + ".");
  }
  if (question.type == QuestionType::kChoice) {
    std::string choices;
    for (const Choice& each : question.choices)
      choices += (choices.empty() ? "" : ", ") + each.id + " (" + each.label.in(language) + ")";
    out += remark(std::string(words.one_of) + choices);
  }
  if (question.type == QuestionType::kScale || question.type == QuestionType::kNumber)
    out += remark(std::string(words.number) + bounds(question, language == "nn"));
  if (question.type == QuestionType::kItems) out += remark(words.item);
  if (question.required) out += remark(words.required);
  return out;
}

bool belongs(const AssessmentItem& item, const Question& question, const std::string& theme) {
  return std::ranges::find(question.items, item.type) != question.items.end() &&
         (theme.empty() || item.theme == theme);
}

// ---- reading

/// What stands under one heading so far.
struct Open {
  const Question* question = nullptr;  ///< null: of the tray
  std::string id;
  std::string theme;
  std::vector<std::string> lines;
};

class Reader {
 public:
  Reader(const Form& form, const std::vector<std::string>& tray, std::string_view operation)
      : form_(form), tray_(tray), operation_(operation) {}

  Result<FormText> read(std::string_view text) {
    auto lines = lines_of(text);
    const bool has_returns = lines[0].ends_with('\r');
    for (std::string& line : lines) {
      ++number_;
      if (has_returns && line.ends_with('\r')) line.pop_back();
      SAMLA_TRY(take(line));
    }
    close();
    return std::move(out_);
  }

 private:
  Error fault(const std::string& message) const {
    return fail(ErrorCode::invalid_argument, std::string(operation_),
                "line " + std::to_string(number_) + ": " + message);
  }

  Result<void> take(const std::string& line) {
    if (line.starts_with('#')) return {};
    if (line.starts_with('=')) return open(line);
    if (!open_) {
      if (is_blank(line)) return {};
      return fault("no question stands above this; put it below one, or a # before it");
    }
    const bool is_items = open_->question != nullptr && open_->question->type == QuestionType::kItems;
    if (is_items) return is_blank(line) ? Result<void>() : take_item(line);
    open_->lines.push_back(line);
    return {};
  }

  Result<void> open(const std::string& line) {
    close();
    const std::string id = line.starts_with("= ") ? trimmed(line.substr(2)) : std::string();
    const Question* question = form_.find(id);
    if (id.empty() || (question == nullptr && std::ranges::find(tray_, id) == tray_.end()))
      return fault("the form has no question '" + id +
                   "'; a line of an answer that begins with = gets a \\ before it");
    if (std::ranges::find(seen_, id) != seen_.end()) return fault("'" + id + "' is there twice");
    seen_.push_back(id);
    open_ = Open{question, id, {}, {}};
    for (const Section& each : form_.sections) {
      if (std::ranges::find(each.questions, id, &Question::id) != each.questions.end())
        open_->theme = each.theme;
    }
    return {};
  }

  /// Ends the question that is open.
  void close() {
    if (!open_) return;
    const bool is_items = open_->question != nullptr && open_->question->type == QuestionType::kItems;
    if (!is_items) out_.answers[open_->id] = answer_of(open_->lines);
    open_.reset();
  }

  static std::string answer_of(std::vector<std::string>& lines) {
    while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
    const auto first = std::ranges::find_if_not(lines, is_blank);
    std::string out;
    for (auto line = first; line != lines.end(); ++line) {
      if (line != first) out += '\n';
      out += unescaped(*line);
    }
    return out;
  }

  static std::string trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
  }

  Result<void> take_item(const std::string& line) {
    if (line.starts_with("  ") && has_item_) {
      out_.items.back().text += '\n' + unescaped(std::string_view(line).substr(2));
      return {};
    }
    const std::size_t colon = line.find(':');
    if (!line.starts_with("- ") || colon == line.npos)
      return fault("an item is written: - styrke (theme): text");
    TextItem item;
    SAMLA_TRY(take_head(item, std::string_view(line).substr(2, colon - 2)));
    std::string_view rest = std::string_view(line).substr(colon + 1);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.empty()) return fault("the item has no text");
    item.text = unescaped(rest);
    out_.items.push_back(std::move(item));
    has_item_ = true;
    return {};
  }

  /// "styrke (ett-nav) [0123abcd]"
  Result<void> take_head(TextItem& item, std::string_view head) {
    std::string rest = trimmed(head);
    item.id = bracketed(rest, '[', ']');
    item.theme = bracketed(rest, '(', ')');
    item.type = rest;
    const auto& types = open_->question->items;
    if (std::ranges::find(types, item.type) == types.end()) {
      std::string known;
      for (const std::string& each : types) known += (known.empty() ? "" : ", ") + each;
      return fault("'" + rest + "' is no kind of item here; there are " + known);
    }
    if (item.theme.empty()) item.theme = open_->theme;
    return {};
  }

  /// Takes the last "(words)" off `text`.
  static std::string bracketed(std::string& text, char open, char close) {
    const std::size_t begin = text.ends_with(close) ? text.rfind(open) : std::string::npos;
    if (begin == std::string::npos) return {};
    std::string out = trimmed(std::string_view(text).substr(begin + 1, text.size() - begin - 2));
    text = trimmed(std::string_view(text).substr(0, begin));
    return out;
  }

  const Form& form_;
  const std::vector<std::string>& tray_;
  std::string_view operation_;
  std::size_t number_ = 0;
  std::optional<Open> open_;
  std::vector<std::string> seen_;
  bool has_item_ = false;
  FormText out_;
};

}  // namespace

std::string text_of_form(const Form& form, const std::map<std::string, std::string>& answers,
                         const std::vector<AssessmentItem>& items, std::string_view language) {
  const Phrases& words = language == "nn" ? kNynorsk : kBokmal;
  std::string out = remark(form.name.in(language)) + std::string(words.intro);
  const auto add_answer = [&](const std::string& id) {
    const auto answer = answers.find(id);
    if (answer != answers.end() && !answer->second.empty()) out += answer_lines(answer->second);
  };
  std::vector<const AssessmentItem*> left;
  for (const AssessmentItem& each : items) left.push_back(&each);
  for (const Section& section : form.sections) {
    out += "\n" + remark("---- " + section.label.in(language));
    for (const Question& each : section.questions) {
      out += head_of(each, language);
      if (each.type != QuestionType::kItems) {
        add_answer(each.id);
        continue;
      }
      // An item stands once, under the first question that it belongs to.
      std::erase_if(left, [&](const AssessmentItem* item) {
        if (!belongs(*item, each, section.theme)) return false;
        out += item_lines(*item);
        return true;
      });
    }
  }
  for (const std::string& id : tray_of(form, answers)) {
    if (form.find(id) != nullptr) continue;
    out += "\n= " + id + "\n" + remark(words.tray);
    add_answer(id);
  }
  return out;
}

Result<FormText> read_form_text(const Form& form, const std::vector<std::string>& tray, std::string_view text,
                                std::string_view operation) {
  if (text.size() > kFormTextBytesMax) {
    return fail(ErrorCode::too_large, std::string(operation), "the text is longer than 1 MiB");
  }
  return Reader(form, tray, operation).read(text);
}

}  // namespace samla::domain
