import {
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getRegistrationCode,
  getTagsOfResources,
  listCaCertificates,
  listCertificates,
  registerCaCertificate,
  updateCaCertificate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { aCaCertificate, aCertificate, anId, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = anId('c');
const CA = aCaCertificate('c');

describeOperations(
  'the operations of CA certificates',
  [
    {
      name: 'caCertificate with everything',
      operation: `{ caCertificate(id: "${ID}") {
        id arn pem subject status autoRegistrationStatus certificateMode registrationConfig { templateBody templateBodyText }
        notBefore notAfter createdAt lastModifiedAt tags certificates(first: 3, status: REVOKED) { edges { node { id } } }
      } }`,
      command: getCaCertificate,
      request: { certificateId: ID },
      reply: { ...CA, registrationConfig: { templateBody: '{ "Resources": {} }' } },
      data: {
        caCertificate: {
          id: ID,
          arn: CA.certificateArn,
          pem: 'PEM of c',
          subject: 'CN=Plant CA',
          status: 'ACTIVE',
          autoRegistrationStatus: 'ENABLE',
          certificateMode: 'DEFAULT',
          registrationConfig: { templateBody: { Resources: {} }, templateBodyText: '{ "Resources": {} }' },
          notBefore: CREATED_AT_TEXT,
          notAfter: '2027-01-15T08:00:00.000Z',
          createdAt: CREATED_AT_TEXT,
          lastModifiedAt: CREATED_AT_TEXT,
          tags: { site: 'b7' },
          certificates: { edges: [{ node: { id: anId('a') } }] },
        },
      },
    },
    {
      name: 'caCertificates',
      operation: `{ caCertificates(first: 1, after: "${toCursor(`7.${ID}`)}") {
        edges { cursor node { registrationConfig { templateBody } } } pageInfo { hasNextPage }
      } }`,
      command: listCaCertificates,
      request: { limit: 1, after: `7.${ID}`, isAscending: false },
      reply: { caCertificates: [CA], nextToken: `${CREATED_AT}.${ID}` },
      data: {
        caCertificates: {
          edges: [{ cursor: toCursor(`${CREATED_AT}.${ID}`), node: { registrationConfig: null } }],
          pageInfo: { hasNextPage: true },
        },
      },
    },
    {
      name: 'caCertificates from the oldest on',
      operation: '{ caCertificates(orderBy: { field: CREATED_AT }) { nodes { id } } }',
      command: listCaCertificates,
      request: { limit: 50, isAscending: true },
      reply: { caCertificates: [CA] },
      data: { caCertificates: { nodes: [{ id: ID }] } },
    },
    {
      name: 'registrationCode',
      operation: '{ registrationCode }',
      command: getRegistrationCode,
      request: {},
      reply: { registrationCode: 'code' },
      data: { registrationCode: 'code' },
    },
    {
      name: 'deleteRegistrationCode',
      operation: 'mutation { deleteRegistrationCode { deleted } }',
      command: deleteRegistrationCode,
      request: {},
      reply: {},
      data: { deleteRegistrationCode: { deleted: true } },
    },
    {
      name: 'registerCaCertificate with everything',
      operation: String.raw`mutation { registerCaCertificate(input: {
        caCertificatePem: "CA", verificationCertificatePem: "proof", certificateMode: DEFAULT, setAsActive: true,
        allowAutoRegistration: true, registrationConfig: { templateBody: "{ \"Resources\": {} }" }, tags: { site: "b7" }
      }) { caCertificate { id } } }`,
      command: registerCaCertificate,
      request: {
        caCertificatePem: 'CA',
        verificationCertificatePem: 'proof',
        certificateMode: 'DEFAULT',
        setAsActive: true,
        allowAutoRegistration: true,
        registrationConfig: { templateBody: '{ "Resources": {} }' },
        tags: { site: 'b7' },
      },
      reply: CA,
      data: { registerCaCertificate: { caCertificate: { id: ID } } },
    },
    {
      name: 'registerCaCertificate with what is needed',
      operation: `mutation { registerCaCertificate(input: {
        caCertificatePem: "CA", verificationCertificatePem: null, certificateMode: SNI_ONLY, registrationConfig: null
      }) { caCertificate { id } } }`,
      command: registerCaCertificate,
      request: {
        caCertificatePem: 'CA',
        certificateMode: 'SNI_ONLY',
        setAsActive: false,
        allowAutoRegistration: false,
      },
      reply: CA,
      data: { registerCaCertificate: { caCertificate: { id: ID } } },
    },
    {
      name: 'updateCaCertificate with a template as an object',
      operation: `mutation { updateCaCertificate(input: {
        certificateId: "${ID}", newStatus: INACTIVE, newAutoRegistrationStatus: DISABLE,
        registrationConfig: { templateBody: { Resources: {} } }
      }) { caCertificate { id } } }`,
      command: updateCaCertificate,
      request: {
        certificateId: ID,
        newStatus: 'INACTIVE',
        newAutoRegistrationStatus: 'DISABLE',
        registrationConfig: { templateBody: '{"Resources":{}}' },
        removeAutoRegistration: false,
      },
      reply: CA,
      data: { updateCaCertificate: { caCertificate: { id: ID } } },
    },
    {
      name: 'updateCaCertificate that ends provisioning, nulls left out',
      operation: `mutation { updateCaCertificate(input: {
        certificateId: "${ID}", newStatus: null, newAutoRegistrationStatus: null, registrationConfig: null,
        removeAutoRegistration: true
      }) { caCertificate { id } } }`,
      command: updateCaCertificate,
      request: { certificateId: ID, removeAutoRegistration: true },
      reply: CA,
      data: { updateCaCertificate: { caCertificate: { id: ID } } },
    },
    {
      name: 'deleteCaCertificate',
      operation: `mutation { deleteCaCertificate(certificateId: "${ID}") { id } }`,
      command: deleteCaCertificate,
      request: { certificateId: ID },
      reply: {},
      data: { deleteCaCertificate: { id: ID } },
    },
  ],
  ({ services }) => {
    services.answer(getTagsOfResources, ({ resourceArns }) => ({
      resources: resourceArns.map((resourceArn) => ({ resourceArn, tags: { site: 'b7' } })),
    }));
    services.answer(listCertificates, () => ({ certificates: [aCertificate('a')] }));
  },
);

describe('CA certificates', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('are asked for the certificates they signed of one status', async () => {
    gateway.services.answer(getCaCertificate, () => CA);
    gateway.services.answer(listCertificates, () => ({ certificates: [] }));
    await gateway.graphql(
      `{ caCertificate(id: "${ID}") { certificates(first: 3, status: REVOKED) { edges { cursor } } } }`,
    );
    expect(gateway.services.requestsOf(listCertificates)).toEqual([
      { caCertificateId: ID, status: 'REVOKED', limit: 3, isAscending: false },
    ]);
  });

  it('are null when there is none of that id', async () => {
    gateway.services.answer(getCaCertificate, () => {
      throw new IotError('ResourceNotFound', 'There is none');
    });
    const { body } = await gateway.graphql(`{ caCertificate(id: "${ID}") { id } }`);
    expect(body).toEqual({ data: { caCertificate: null } });
  });
});
