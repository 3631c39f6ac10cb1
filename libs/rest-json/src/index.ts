export type { DeclaredError, Operation } from './operation.js';
export { readModel, type ApiModel } from './read-model.js';
export { OperationRouter, type Routed } from './operation-router.js';
export { readRequest, type HttpRequestParts } from './read-request.js';
export type { ModelStructure, ModelValue } from './read-document.js';
export { RequestFault } from './request-fault.js';
export { writeResponse, type HttpResponseParts } from './write-response.js';
export { writeError, type ApiError } from './write-error.js';
