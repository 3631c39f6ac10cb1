/**
 * The worked examples E1 to E30 of how AWS IoT Core treats one update, as texts on the wire. Every leaf of `stored` was
 * written at second 100.
 */
export interface WorkedExample {
  readonly name: string;
  /** The state and version before the update; absent when there is no shadow. */
  readonly stored?: string;
  /** The version of a shadow deleted less than 48 hours ago. */
  readonly previousVersion?: number;
  /** The second of the update. */
  readonly now: number;
  readonly request: string;
  /** `update/accepted`; absent when the update is refused. */
  readonly accepted?: string;
  /** `update/delta`; absent when nothing is published. */
  readonly delta?: string;
  /** `update/documents`, whole. */
  readonly documents?: string;
  /** `current.state` of `update/documents`. */
  readonly current?: string;
  /** `get/accepted` after the update, without its timestamp; without metadata where only the state matters. */
  readonly got?: string;
  /** `update/rejected` without its timestamp. */
  readonly rejected?: string;
}

export const WORKED_EXAMPLES: readonly WorkedExample[] = [
  {
    name: 'E1: first desired creates the shadow',
    now: 200,
    request: '{"state":{"desired":{"pump":"run"}},"clientToken":"c-1"}',
    accepted:
      '{"state":{"desired":{"pump":"run"}},"metadata":{"desired":{"pump":{"timestamp":200}}},"version":1,"timestamp":200,"clientToken":"c-1"}',
    delta:
      '{"version":1,"timestamp":200,"state":{"pump":"run"},"metadata":{"pump":{"timestamp":200}},"clientToken":"c-1"}',
    documents:
      '{"previous":null,"current":{"state":{"desired":{"pump":"run"}},"metadata":{"desired":{"pump":{"timestamp":200}}},"version":1},"timestamp":200,"clientToken":"c-1"}',
  },
  {
    name: 'E2: first reported, no desired',
    now: 200,
    request: '{"state":{"reported":{"rpm":900,"mode":"eco"}}}',
    accepted:
      '{"state":{"reported":{"rpm":900,"mode":"eco"}},"metadata":{"reported":{"rpm":{"timestamp":200},"mode":{"timestamp":200}}},"version":1,"timestamp":200}',
    current: '{"reported":{"rpm":900,"mode":"eco"}}',
  },
  {
    name: 'E3: reported catches up: delta disappears',
    stored: '{"state":{"desired":{"pump":"run"}},"version":1}',
    now: 200,
    request: '{"state":{"reported":{"pump":"run"}}}',
    accepted:
      '{"state":{"reported":{"pump":"run"}},"metadata":{"reported":{"pump":{"timestamp":200}}},"version":2,"timestamp":200}',
    documents:
      '{"previous":{"state":{"desired":{"pump":"run"}},"metadata":{"desired":{"pump":{"timestamp":100}}},"version":1},"current":{"state":{"desired":{"pump":"run"},"reported":{"pump":"run"}},"metadata":{"desired":{"pump":{"timestamp":100}},"reported":{"pump":{"timestamp":200}}},"version":2},"timestamp":200}',
  },
  {
    name: 'E4: reported diverges from desired again',
    stored: '{"state":{"desired":{"pump":"run"},"reported":{"pump":"run"}},"version":7}',
    now: 200,
    request: '{"state":{"reported":{"pump":"stop"}}}',
    accepted:
      '{"state":{"reported":{"pump":"stop"}},"metadata":{"reported":{"pump":{"timestamp":200}}},"version":8,"timestamp":200}',
    delta: '{"version":8,"timestamp":200,"state":{"pump":"run"},"metadata":{"pump":{"timestamp":100}}}',
    current: '{"desired":{"pump":"run"},"reported":{"pump":"stop"}}',
  },
  {
    name: 'E5: partial update keeps other keys and their timestamps',
    stored: '{"state":{"reported":{"rpm":900,"mode":"eco"}},"version":2}',
    now: 200,
    request: '{"state":{"reported":{"rpm":950}}}',
    accepted:
      '{"state":{"reported":{"rpm":950}},"metadata":{"reported":{"rpm":{"timestamp":200}}},"version":3,"timestamp":200}',
    documents:
      '{"previous":{"state":{"reported":{"rpm":900,"mode":"eco"}},"metadata":{"reported":{"rpm":{"timestamp":100},"mode":{"timestamp":100}}},"version":2},"current":{"state":{"reported":{"rpm":950,"mode":"eco"}},"metadata":{"reported":{"rpm":{"timestamp":200},"mode":{"timestamp":100}}},"version":3},"timestamp":200}',
  },
  {
    name: 'E6: key only in desired + key only in reported',
    stored: '{"state":{"reported":{"fan":"ON","light":"GREEN"}},"version":16}',
    now: 200,
    request: '{"state":{"desired":{"light":"RED","door":"SHUT"}}}',
    accepted:
      '{"state":{"desired":{"light":"RED","door":"SHUT"}},"metadata":{"desired":{"light":{"timestamp":200},"door":{"timestamp":200}}},"version":17,"timestamp":200}',
    delta:
      '{"version":17,"timestamp":200,"state":{"light":"RED","door":"SHUT"},"metadata":{"light":{"timestamp":200},"door":{"timestamp":200}}}',
    current: '{"reported":{"fan":"ON","light":"GREEN"},"desired":{"light":"RED","door":"SHUT"}}',
  },
  {
    name: 'E7: nested difference: delta carries only the differing leaf with its path',
    stored: '{"state":{"reported":{"led":{"rgb":{"r":10,"g":0,"b":10}}}},"version":4}',
    now: 200,
    request: '{"state":{"desired":{"led":{"rgb":{"r":10,"g":20,"b":10}}}}}',
    accepted:
      '{"state":{"desired":{"led":{"rgb":{"r":10,"g":20,"b":10}}}},"metadata":{"desired":{"led":{"rgb":{"r":{"timestamp":200},"g":{"timestamp":200},"b":{"timestamp":200}}}}},"version":5,"timestamp":200}',
    delta:
      '{"version":5,"timestamp":200,"state":{"led":{"rgb":{"g":20}}},"metadata":{"led":{"rgb":{"g":{"timestamp":200}}}}}',
    current: '{"reported":{"led":{"rgb":{"r":10,"g":0,"b":10}}},"desired":{"led":{"rgb":{"r":10,"g":20,"b":10}}}}',
  },
  {
    name: 'E8: delta contains old pending differences too',
    stored: '{"state":{"desired":{"a":1},"reported":{"a":0,"b":0}},"version":5}',
    now: 200,
    request: '{"state":{"desired":{"b":9}}}',
    accepted:
      '{"state":{"desired":{"b":9}},"metadata":{"desired":{"b":{"timestamp":200}}},"version":6,"timestamp":200}',
    delta:
      '{"version":6,"timestamp":200,"state":{"a":1,"b":9},"metadata":{"a":{"timestamp":100},"b":{"timestamp":200}}}',
    current: '{"desired":{"a":1,"b":9},"reported":{"a":0,"b":0}}',
  },
  {
    name: 'E9: array: any mismatch sends the whole desired array',
    stored: '{"state":{"reported":{"zones":["n","s"]}},"version":3}',
    now: 200,
    request: '{"state":{"desired":{"zones":["n","e"]}}}',
    accepted:
      '{"state":{"desired":{"zones":["n","e"]}},"metadata":{"desired":{"zones":[{"timestamp":200},{"timestamp":200}]}},"version":4,"timestamp":200}',
    delta:
      '{"version":4,"timestamp":200,"state":{"zones":["n","e"]},"metadata":{"zones":[{"timestamp":200},{"timestamp":200}]}}',
    current: '{"reported":{"zones":["n","s"]},"desired":{"zones":["n","e"]}}',
  },
  {
    name: 'E10: array replaced, never merged',
    stored: '{"state":{"desired":{"zones":["n","s","e"]}},"version":3}',
    now: 200,
    request: '{"state":{"desired":{"zones":["w"]}}}',
    accepted:
      '{"state":{"desired":{"zones":["w"]}},"metadata":{"desired":{"zones":[{"timestamp":200}]}},"version":4,"timestamp":200}',
    delta: '{"version":4,"timestamp":200,"state":{"zones":["w"]},"metadata":{"zones":[{"timestamp":200}]}}',
    documents:
      '{"previous":{"state":{"desired":{"zones":["n","s","e"]}},"metadata":{"desired":{"zones":[{"timestamp":100},{"timestamp":100},{"timestamp":100}]}},"version":3},"current":{"state":{"desired":{"zones":["w"]}},"metadata":{"desired":{"zones":[{"timestamp":200}]}},"version":4},"timestamp":200}',
  },
  {
    name: 'E11: array order matters',
    stored: '{"state":{"reported":{"ids":[1,2]}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"ids":[2,1]}}}',
    accepted:
      '{"state":{"desired":{"ids":[2,1]}},"metadata":{"desired":{"ids":[{"timestamp":200},{"timestamp":200}]}},"version":2,"timestamp":200}',
    delta:
      '{"version":2,"timestamp":200,"state":{"ids":[2,1]},"metadata":{"ids":[{"timestamp":200},{"timestamp":200}]}}',
    current: '{"reported":{"ids":[1,2]},"desired":{"ids":[2,1]}}',
  },
  {
    name: 'E12: equal nested arrays: no delta',
    stored: '{"state":{"reported":{"grid":[[1],[2]]}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"grid":[[1],[2]]}}}',
    accepted:
      '{"state":{"desired":{"grid":[[1],[2]]}},"metadata":{"desired":{"grid":[[{"timestamp":200}],[{"timestamp":200}]]}},"version":2,"timestamp":200}',
    current: '{"reported":{"grid":[[1],[2]]},"desired":{"grid":[[1],[2]]}}',
  },
  {
    name: 'E13: delete one key with null',
    stored: '{"state":{"desired":{"s1":1,"s2":2}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"s1":null}}}',
    accepted:
      '{"state":{"desired":{"s1":null}},"metadata":{"desired":{"s1":{"timestamp":200}}},"version":2,"timestamp":200}',
    delta: '{"version":2,"timestamp":200,"state":{"s2":2},"metadata":{"s2":{"timestamp":100}}}',
    documents:
      '{"previous":{"state":{"desired":{"s1":1,"s2":2}},"metadata":{"desired":{"s1":{"timestamp":100},"s2":{"timestamp":100}}},"version":1},"current":{"state":{"desired":{"s2":2}},"metadata":{"desired":{"s2":{"timestamp":100}}},"version":2},"timestamp":200}',
  },
  {
    name: 'E14: delete the last key: section vanishes',
    stored: '{"state":{"desired":{"s2":2}},"version":2}',
    now: 200,
    request: '{"state":{"desired":{"s2":null}}}',
    accepted:
      '{"state":{"desired":{"s2":null}},"metadata":{"desired":{"s2":{"timestamp":200}}},"version":3,"timestamp":200}',
    documents:
      '{"previous":{"state":{"desired":{"s2":2}},"metadata":{"desired":{"s2":{"timestamp":100}}},"version":2},"current":{"state":{},"metadata":{},"version":3},"timestamp":200}',
  },
  {
    name: 'E15: clear a whole section with null',
    stored: '{"state":{"desired":{"color":"red"},"reported":{"color":"blue"}},"version":9}',
    now: 200,
    request: '{"state":{"reported":{"color":"red"},"desired":null}}',
    accepted:
      '{"state":{"reported":{"color":"red"},"desired":null},"metadata":{"desired":{"timestamp":200},"reported":{"color":{"timestamp":200}}},"version":10,"timestamp":200}',
    documents:
      '{"previous":{"state":{"desired":{"color":"red"},"reported":{"color":"blue"}},"metadata":{"desired":{"color":{"timestamp":100}},"reported":{"color":{"timestamp":100}}},"version":9},"current":{"state":{"reported":{"color":"red"}},"metadata":{"reported":{"color":{"timestamp":200}}},"version":10},"timestamp":200}',
  },
  {
    name: 'E16: state:null empties the shadow but does not delete it',
    stored: '{"state":{"desired":{"a":"b"}},"version":2}',
    now: 200,
    request: '{"state":null}',
    accepted: '{"state":null,"metadata":{"timestamp":200},"version":3,"timestamp":200}',
    documents:
      '{"previous":{"state":{"desired":{"a":"b"}},"metadata":{"desired":{"a":{"timestamp":100}}},"version":2},"current":{"state":{},"metadata":{},"version":3},"timestamp":200}',
    got: '{"state":{},"metadata":{},"version":3}',
  },
  {
    name: 'E17: empty section object',
    now: 200,
    request: '{"state":{"desired":{}}}',
    accepted: '{"state":{"desired":{}},"metadata":{"desired":{}},"version":1,"timestamp":200}',
    current: '{}',
    got: '{"state":{},"metadata":{},"version":1}',
  },
  {
    name: 'E18: null for an unknown key',
    now: 200,
    request: '{"state":{"reported":{"online":null}}}',
    accepted:
      '{"state":{"reported":{"online":null}},"metadata":{"reported":{"online":{"timestamp":200}}},"version":1,"timestamp":200}',
    current: '{}',
    got: '{"state":{},"metadata":{},"version":1}',
  },
  {
    name: 'E19: nested empty object is stored',
    stored: '{"state":{"desired":{"a":1,"b":{"c":3}}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"a":1,"b":{"c":3},"d":{}}}}',
    accepted:
      '{"state":{"desired":{"a":1,"b":{"c":3},"d":{}}},"metadata":{"desired":{"a":{"timestamp":200},"b":{"c":{"timestamp":200}},"d":{}}},"version":2,"timestamp":200}',
    delta:
      '{"version":2,"timestamp":200,"state":{"a":1,"b":{"c":3},"d":{}},"metadata":{"a":{"timestamp":200},"b":{"c":{"timestamp":200}},"d":{}}}',
    current: '{"desired":{"a":1,"b":{"c":3},"d":{}}}',
    got: '{"state":{"desired":{"a":1,"b":{"c":3},"d":{}},"delta":{"a":1,"b":{"c":3},"d":{}}},"version":2}',
  },
  {
    name: 'E20: scalar replaced by empty object',
    stored: '{"state":{"desired":{"b":{"c":3}}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"b":{"c":{}}}}}',
    accepted: '{"state":{"desired":{"b":{"c":{}}}},"metadata":{"desired":{"b":{"c":{}}}},"version":2,"timestamp":200}',
    delta: '{"version":2,"timestamp":200,"state":{"b":{"c":{}}},"metadata":{"b":{"c":{}}}}',
    current: '{"desired":{"b":{"c":{}}}}',
    got: '{"state":{"desired":{"b":{"c":{}}},"delta":{"b":{"c":{}}}},"version":2}',
  },
  {
    name: 'E21: empty object merged onto a non-empty object changes nothing',
    stored: '{"state":{"desired":{"cfg":{"x":1}}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"cfg":{}}}}',
    accepted: '{"state":{"desired":{"cfg":{}}},"metadata":{"desired":{"cfg":{}}},"version":2,"timestamp":200}',
    delta: '{"version":2,"timestamp":200,"state":{"cfg":{"x":1}},"metadata":{"cfg":{"x":{"timestamp":100}}}}',
    current: '{"desired":{"cfg":{"x":1}}}',
  },
  {
    name: 'E22: nested key deleted by null leaves an empty parent',
    stored: '{"state":{"desired":{"cfg":{"x":1}},"reported":{"cfg":{"x":1}}},"version":6}',
    now: 200,
    request: '{"state":{"desired":{"cfg":{"x":null}}}}',
    accepted:
      '{"state":{"desired":{"cfg":{"x":null}}},"metadata":{"desired":{"cfg":{"x":{"timestamp":200}}}},"version":7,"timestamp":200}',
    documents:
      '{"previous":{"state":{"desired":{"cfg":{"x":1}},"reported":{"cfg":{"x":1}}},"metadata":{"desired":{"cfg":{"x":{"timestamp":100}}},"reported":{"cfg":{"x":{"timestamp":100}}}},"version":6},"current":{"state":{"desired":{"cfg":{}},"reported":{"cfg":{"x":1}}},"metadata":{"desired":{"cfg":{}},"reported":{"cfg":{"x":{"timestamp":100}}}},"version":7},"timestamp":200}',
  },
  {
    name: 'E23: reported key deleted while desired still has it',
    stored: '{"state":{"desired":{"lock":"on"},"reported":{"lock":"on","temp":3}},"version":11}',
    now: 200,
    request: '{"state":{"reported":{"lock":null}}}',
    accepted:
      '{"state":{"reported":{"lock":null}},"metadata":{"reported":{"lock":{"timestamp":200}}},"version":12,"timestamp":200}',
    delta: '{"version":12,"timestamp":200,"state":{"lock":"on"},"metadata":{"lock":{"timestamp":100}}}',
    current: '{"desired":{"lock":"on"},"reported":{"temp":3}}',
  },
  {
    name: 'E24: object versus scalar type clash',
    stored: '{"state":{"reported":{"cfg":"auto"}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"cfg":{"mode":"auto"}}}}',
    accepted:
      '{"state":{"desired":{"cfg":{"mode":"auto"}}},"metadata":{"desired":{"cfg":{"mode":{"timestamp":200}}}},"version":2,"timestamp":200}',
    delta:
      '{"version":2,"timestamp":200,"state":{"cfg":{"mode":"auto"}},"metadata":{"cfg":{"mode":{"timestamp":200}}}}',
    current: '{"reported":{"cfg":"auto"},"desired":{"cfg":{"mode":"auto"}}}',
  },
  {
    name: 'E25: number formats',
    stored: '{"state":{"reported":{"t":1}},"version":1}',
    now: 200,
    request: '{"state":{"desired":{"t":1.0}}}',
    accepted:
      '{"state":{"desired":{"t":1}},"metadata":{"desired":{"t":{"timestamp":200}}},"version":2,"timestamp":200}',
    current: '{"reported":{"t":1},"desired":{"t":1}}',
  },
  {
    name: 'E26: matching version (optimistic lock)',
    stored: '{"state":{"desired":{"colors":["R","G"]}},"version":10}',
    now: 200,
    request: '{"state":{"desired":{"colors":["B"]}},"version":10,"clientToken":"k9"}',
    accepted:
      '{"state":{"desired":{"colors":["B"]}},"metadata":{"desired":{"colors":[{"timestamp":200}]}},"version":11,"timestamp":200,"clientToken":"k9"}',
    delta:
      '{"version":11,"timestamp":200,"state":{"colors":["B"]},"metadata":{"colors":[{"timestamp":200}]},"clientToken":"k9"}',
    current: '{"desired":{"colors":["B"]}}',
  },
  {
    name: 'E27: stale version',
    stored: '{"state":{"desired":{"colors":["R"]}},"version":10}',
    now: 200,
    request: '{"state":{"desired":{"colors":["B"]}},"version":9,"clientToken":"k9"}',
    rejected: '{"code":409,"message":"Version conflict","clientToken":"k9"}',
  },
  {
    name: 'E28: null inside an array',
    stored: '{"state":{"desired":{"zones":["n"]}},"version":3}',
    now: 200,
    request: '{"state":{"desired":{"zones":[null,"n"]}}}',
    rejected: '{"code":400,"message":"State contains an invalid node"}',
  },
  {
    name: 'E29: re-created within 48 hours of the deletion',
    previousVersion: 4,
    now: 260,
    request: '{"state":{"reported":{"ok":true}}}',
    accepted:
      '{"state":{"reported":{"ok":true}},"metadata":{"reported":{"ok":{"timestamp":260}}},"version":5,"timestamp":260}',
  },
  {
    name: 'E30: small request, oversized result',
    // 8180 bytes of `reported`: the member around the text takes 11.
    stored: `{"state":{"reported":{"fill":"${'x'.repeat(8169)}"}},"version":77}`,
    now: 200,
    request: '{"state":{"reported":{"note":"abcdefghijklmnop"}}}',
    rejected: '{"code":413,"message":"The payload exceeds the maximum size allowed"}',
  },
];
