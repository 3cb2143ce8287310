#include "core/domain/assessment_print.h"

#include <algorithm>
#include <array>

#include "core/domain/markdown.h"

namespace samla::domain {
namespace {

/// How each piece looks; the content is laid out once for both.
struct Writer {
  std::string (*title)(const std::string&);
  std::string (*heading)(const std::string&);
  std::string (*paragraph)(const std::string&);
  std::string (*open_list)();
  std::string (*entry)(const std::string& text, const std::string& labels, const std::string& evidence);
  std::string (*close_list)();
};

std::string escaped_html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string indented(const std::string& text) {
  std::string out;
  for (const char c : escaped_markdown(text)) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

const Writer kMarkdown = {
    [](const std::string& text) { return "# " + escaped_markdown(text) + "\n"; },
    [](const std::string& text) { return "\n## " + escaped_markdown(text) + "\n\n"; },
    [](const std::string& text) { return escaped_markdown(text) + "\n"; },
    [] { return std::string(); },
    [](const std::string& text, const std::string& labels, const std::string& evidence) {
      std::string out = "- " + indented(text);
      if (!labels.empty()) out += " (" + escaped_markdown(labels) + ")";
      if (!evidence.empty()) out += "\n  " + indented(evidence);
      return out + "\n";
    },
    [] { return std::string(); }};

const Writer kHtml = {[](const std::string& text) { return "<h1>" + escaped_html(text) + "</h1>\n"; },
                      [](const std::string& text) { return "<h2>" + escaped_html(text) + "</h2>\n"; },
                      [](const std::string& text) { return "<p>" + escaped_html(text) + "</p>\n"; },
                      [] { return std::string("<ul>\n"); },
                      [](const std::string& text, const std::string& labels, const std::string& evidence) {
                        std::string out = "<li>" + escaped_html(text);
                        if (!labels.empty())
                          out += " <span class=\"labels\">" + escaped_html(labels) + "</span>";
                        if (!evidence.empty()) out += "<p>" + escaped_html(evidence) + "</p>";
                        return out + "</li>\n";
                      },
                      [] { return std::string("</ul>\n"); }};

std::string name_of(const std::vector<Theme>& known, const std::string& key, Language language) {
  const auto found = std::ranges::find(known, key, &Theme::key);
  if (found == known.end()) return key;
  return language == Language::kNynorsk ? found->nn : found->nb;
}

std::string labels_of(const AssessmentItem& item, const PrintLabels& labels) {
  std::string out = name_of(labels.themes, item.theme, labels.language);
  const std::string driver = name_of(labels.drivers, item.driver, labels.language);
  if (!driver.empty()) out += (out.empty() ? "" : "; ") + driver;
  return out;
}

void add_items(std::string& out, const Writer& writer, const Assessment& assessment,
               const PrintLabels& labels, std::string_view type, const std::string& heading) {
  if (std::ranges::find(assessment.items, type, &AssessmentItem::type) == assessment.items.end()) return;
  out += writer.heading(heading) + writer.open_list();
  for (const AssessmentItem& item : assessment.items) {
    if (item.type == type) out += writer.entry(item.text, labels_of(item, labels), item.evidence);
  }
  out += writer.close_list();
}

/// Questions of one section may ask the same of different things.
std::string heading_of(const Section& section, const Question& question, std::string_view language) {
  const bool is_graded = question.type == QuestionType::kScale || question.type == QuestionType::kNumber;
  return (is_graded ? section.label.in(language) + " – " : std::string()) + question.label.in(language);
}

std::string shown(const Question& question, const std::string& answer, std::string_view language) {
  const auto choice = std::ranges::find(question.choices, answer, &Choice::id);
  if (choice != question.choices.end()) return choice->label.in(language);
  const bool has_most = question.type == QuestionType::kScale && question.most && !answer.empty();
  return has_most ? answer + " / " + std::to_string(*question.most) : answer;
}

std::string body_of(const Writer& writer, const Assessment& assessment, const PrintLabels& labels) {
  const bool is_nynorsk = labels.language == Language::kNynorsk;
  const std::string_view language = is_nynorsk ? "nn" : "nb";
  const std::string form_name = labels.form ? labels.form->name.in(language) : assessment.form;
  std::string out = writer.title(form_name + ", " + (is_nynorsk ? "eining " : "enhet ") + assessment.unit);
  if (writer.title == kMarkdown.title) out += "\n";
  out += writer.paragraph("Status: " + assessment.status + ". " +
                          "Skjemaversjon: " + std::to_string(assessment.form_version) + ".");
  if (!assessment.process.empty() || !assessment.participants.empty()) {
    out += writer.heading(is_nynorsk ? "Medverknad" : "Medvirkning");
    if (!assessment.process.empty()) out += writer.paragraph(assessment.process);
    if (!assessment.participants.empty()) out += writer.open_list();
    for (const std::string& name : assessment.participants) out += writer.entry(name, {}, {});
    if (!assessment.participants.empty()) out += writer.close_list();
  }
  std::map<std::string, std::string> left = assessment.answers;
  const auto add_answer = [&](const std::string& heading, const std::string& text) {
    if (!text.empty()) out += writer.heading(heading) + writer.paragraph(text);
  };
  const std::vector<Section> none;
  for (const Section& section : labels.form ? labels.form->sections : none) {
    for (const Question& each : section.questions) {
      const auto answer = left.extract(each.id);
      if (answer) add_answer(heading_of(section, each, language), shown(each, answer.mapped(), language));
    }
  }
  for (const auto& [id, answer] : left) add_answer(id, answer);
  add_items(out, writer, assessment, labels, "styrke", is_nynorsk ? "Styrkar" : "Styrker");
  add_items(out, writer, assessment, labels, "svakhet", is_nynorsk ? "Veikskapar" : "Svakheter");
  add_items(out, writer, assessment, labels, "tiltak", "Tiltak");
  return out;
}

}  // namespace

std::string print_markdown(const Assessment& assessment, const PrintLabels& labels) {
  return body_of(kMarkdown, assessment, labels);
}

std::string print_html(const Assessment& assessment, const PrintLabels& labels) {
  const bool is_nynorsk = labels.language == Language::kNynorsk;
  return std::string("<!doctype html>\n<html lang=\"") + (is_nynorsk ? "nn" : "nb") +
         "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
         escaped_html((is_nynorsk ? "Eining " : "Enhet ") + assessment.unit) +
         "</title>\n<style>\nbody { font: 11pt/1.45 Georgia, serif; max-width: 42em; margin: 2em auto; }\n"
         "h1, h2 { font-family: Helvetica, Arial, sans-serif; break-after: avoid; }\n"
         "p, li { white-space: pre-wrap; }\nli { break-inside: avoid; }\n.labels { color: #555; font-style: "
         "italic; }\n@page { margin: 2cm; }\n</style>\n</head>\n<body>\n" +
         body_of(kHtml, assessment, labels) + "</body>\n</html>\n";
}

}  // namespace samla::domain
