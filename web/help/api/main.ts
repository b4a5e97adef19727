import "@shared/tokens.css";
import "swagger-ui-dist/swagger-ui.css";
import "./style.css";

import bundle from "swagger-ui-dist/swagger-ui-es-bundle.js";

bundle({
  url: "/openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tagsSorter: "alpha",
  // Nothing leaves the house: no validator badge.
  validatorUrl: null,
  tryItOutEnabled: false,
});
