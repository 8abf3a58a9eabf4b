// Swagger UI parses JSON to show it, and JavaScript's numbers have 53 bits. Larger ones are
// marked and quoted before, and shown as they are after.
const MARK = "\u2063exact:";
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARKED = new RegExp(`"${MARK}([^"]+)"`, "g");

function marked(json) {
  return json.replace(STRING_OR_NUMBER, (found) =>
    found.startsWith('"') || String(Number(found)) === found ? found : `"${MARK}${found}"`,
  );
}

const EXACT_NUMBERS = {
  wrapComponents: {
    responseBody: (Original, { React }) => (properties) => {
      const { content, contentType } = properties;
      const isJson = typeof content === "string" && /json/i.test(contentType);
      return React.createElement(Original, {
        ...properties,
        content: isJson ? marked(content) : content,
      });
    },
    highlightCode: (Original, { React }) => (properties) =>
      React.createElement(Original, {
        ...properties,
        value: properties.value?.replace?.(MARKED, "$1") ?? properties.value,
      }),
  },
};

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  plugins: [() => EXACT_NUMBERS],
});
