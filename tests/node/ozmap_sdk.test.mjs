// The vendor's own SDK, as it comes, against the simulated OZmap at OZMAP_URL. What it reads has to be what its schemas say.

import assert from "node:assert/strict";
import { test } from "node:test";
import vendor from "@ozmap/ozmap-sdk";

const { default: OZMapSDK, FilterOperator, ApiSortDirection } = vendor;
const { OZMAP_URL, OZMAP_KEY, OZMAP_LOGIN, OZMAP_PASSWORD } = process.env;
const sdk = new OZMapSDK(OZMAP_URL, { apiKey: OZMAP_KEY });

const where = (property, operator, value) => ({ property, operator, value });
const one = async (proxy, property, value) => {
  const page = await proxy.find({ filter: [where(property, FilterOperator.EQUAL, value)] });
  assert.equal(page.total, 1);
  return page.rows[0];
};
const requests = async () => (await (await fetch(`${OZMAP_URL}/_simulator/state`)).json()).requests;

// The vendor's answers about a property say null where its schema has nothing.
const withoutNulls = (value) => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => [name, withoutNulls(each)]),
  );
};
const inBox = async (name) => {
  const box = await one(sdk.box, "name", name);
  const splitter = await one(sdk.splitter, "parent", box.id);
  const taken = splitter.connectables.output;
  return { box, splitter, port: taken.indexOf(null) + 1 };
};
const refusedWith = (status) => (answer) => {
  assert.equal(answer.status, status);
  assert.equal(typeof answer.data.message, "string");
  return true;
};

test("all properties are listed, page by page", async () => {
  const before = await requests();
  const rows = await sdk.property.findAll();
  const pages = ((await requests()).list ?? 0) - (before.list ?? 0);
  const first = await sdk.property.find({ limit: 100 });
  assert.ok(rows.length > 250, `${rows.length} properties`);
  assert.equal(rows.length, first.total);
  assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
  assert.equal(pages, Math.ceil(rows.length / 100));
  assert.deepEqual([first.count, first.start, first.limit, first.hasNextPage], [100, 0, 100, true]);
  for (const row of rows) vendor.PropertySchema.parse(withoutNulls(row));
});

test("a filter holds over all of its pages, in the order that was asked for", async () => {
  const codes = (await sdk.ftthClient.findAll()).map((client) => client.code);
  const filter = [where("code", FilterOperator.NOT_EQUAL, codes[0]), where("code", FilterOperator.GREATER, codes[1])];
  const sorter = [{ property: "code", direction: ApiSortDirection.DESC }];
  const rows = await sdk.ftthClient.findAll({ filter, sorter, batchSize: 60 });
  assert.deepEqual(rows.map((row) => row.code), codes.slice(2).sort().reverse());
  assert.ok(rows.length > 120);
  const second = await sdk.ftthClient.find({ filter, sorter, limit: 60, page: 2 });
  assert.deepEqual(second.rows, rows.slice(60, 120));
  const either = [[where("code", FilterOperator.EQUAL, codes[0]), where("code", FilterOperator.IN, [codes[5]])]];
  assert.deepEqual((await sdk.ftthClient.findAll({ filter: either })).map((row) => row.code), [codes[0], codes[5]]);
  for (const row of rows) vendor.FTTHClientSchema.parse(row);
});

test("selected fields, references in full, and what is near", async () => {
  const { box } = await inBox("CTO-001");
  const filter = [where("coords", FilterOperator.NEAR, { lat: box.lat, lng: box.lng, radius: 30 })];
  const [named] = (await sdk.box.find({ filter, select: "name", populate: "project" })).rows;
  assert.deepEqual(named, { id: box.id, name: "CTO-001" });
  const [full] = (await sdk.box.find({ filter, populate: "project" })).rows;
  assert.equal(full.project.id, box.project);
});

test("one object is got by its id; null where there is none", async () => {
  const [listed] = (await sdk.property.find({ limit: 1 })).rows;
  assert.deepEqual(await sdk.property.findById(listed.id), listed);
  assert.equal((await sdk.property.findOne({ filter: [where("id", FilterOperator.EQUAL, listed.id)] })).id, listed.id);
  assert.equal(await sdk.property.findById("65a0c0de0a1b2c3d4e999999"), null);
  assert.equal(await sdk.box.findOne({ filter: [where("name", FilterOperator.EQUAL, "nothing")] }), null);
});

test("a property is created with its client on a port, changed, disconnected and deleted", async () => {
  const { box, splitter, port } = await inBox("CTO-002");
  const client = { code: "sdk-1", name: "Maria Souza", implanted: true, status: 0, external_id: "client-1" };
  const fields = { project: box.project, box: box.id, address: "Rua Nova, 1", client, external_id: "property-1" };
  const made = await sdk.property.create({ ...fields, auto_connect: false, connector: splitter.id, port });
  assert.equal(typeof made.client, "string");
  assert.deepEqual(made.coords, box.coords);

  const found = await sdk.property.findById(made.id);
  vendor.PropertySchema.parse(withoutNulls(found));
  assert.deepEqual([found.client.code, found.client.id, found.external_id], ["sdk-1", made.client, "property-1"]);
  assert.deepEqual([found.connections[0].id, found.connections[0].port], [splitter.id, port]);
  const outputs = async () => (await sdk.splitter.findById(splitter.id)).connectables.output;
  assert.equal((await outputs())[port - 1], found.connections[0].fiber);

  const again = { ...fields, external_id: undefined, connector: splitter.id, port };
  await assert.rejects(sdk.property.create(again), refusedWith(409));
  const another = { code: "sdk-2", implanted: false, external_id: "client-2" };
  await assert.rejects(sdk.property.create({ ...again, client: another }), refusedWith(409));

  await sdk.property.updateById(made.id, { ...found, client: made.client, potencyRead: -21.4, coords: [-52.6, -26.8] });
  const changed = await sdk.property.findById(made.id);
  assert.deepEqual([changed.potencyRead, changed.lng, changed.lat], [-21.4, -52.6, -26.8]);
  assert.deepEqual(changed.connections, found.connections);

  await sdk.property.updateById(made.id, { client: null, connector: null });
  const bare = await sdk.property.findById(made.id);
  assert.deepEqual([bare.client, bare.connections, bare.box], [null, [], box.id]);
  assert.equal((await outputs())[port - 1], null);
  await sdk.property.updateById(made.id, { client: made.client });
  assert.equal((await sdk.property.findById(made.id)).client.code, "sdk-1");

  await sdk.property.deleteById(made.id);
  assert.equal(await sdk.property.findById(made.id), null);
  assert.equal(await sdk.ftthClient.findById(made.client), null);
});

test("clients are listed, updated one by one and in batches, and deleted", async () => {
  const [client] = (await sdk.ftthClient.find({ limit: 1 })).rows;
  await sdk.ftthClient.updateById(client.id, { status: 1, name: "Outro Nome", onu: { ...client.onu, serial_number: "X" } });
  const changed = await sdk.ftthClient.findById(client.id);
  assert.deepEqual([changed.status, changed.name, changed.onu.serial_number], [1, "Outro Nome", "X"]);

  await sdk.ftthClient.batchUpdate([where("code", FilterOperator.EQUAL, client.code)], { status: 0, certified: true });
  const certified = await sdk.ftthClient.findById(client.id);
  assert.deepEqual([certified.status, certified.certified, certified.code], [0, true, client.code]);

  const home = await one(sdk.property, "client", client.id);
  await sdk.property.batchUpdate([where("id", FilterOperator.IN, [home.id])], { potencyRead: -25.5 });
  assert.equal((await sdk.property.findById(home.id)).potencyRead, -25.5);
  await sdk.ftthClient.deleteById(client.id);
  const bare = await sdk.property.findById(home.id);
  assert.deepEqual([bare.client, bare.connections], [null, home.connections]);
});

test("projects, boxes and splitters are created, read, updated and deleted", async () => {
  const project = await sdk.project.create({ name: "Bairro Novo", lat: -26.9, lng: -52.6 });
  const [boxType] = (await sdk.boxType.find()).rows;
  const [splitterType] = (await sdk.splitterType.find()).rows;
  const place = { project: project.id, coords: [-52.61, -26.91], pole: "65a0c0de0a1b2c3d4e888888" };
  const box = await sdk.box.create({ ...place, name: "CTO-900", hierarchyLevel: 2, boxType: boxType.id, implanted: true });
  const splitter = await sdk.splitter.create({ parent: box.id, splitterType: splitterType.id, implanted: true });
  assert.equal(splitter.project, project.id);
  assert.deepEqual(splitter.connectables.output, Array(8).fill(null));

  await sdk.project.updateById(project.id, { name: "Bairro Velho", external_id: "project-1" });
  assert.equal((await one(sdk.project, "name", "Bairro Velho")).external_id, undefined);
  await sdk.box.updateById(box.id, { name: "CTO-901", certified: true });
  assert.equal((await one(sdk.box, "name", "CTO-901")).id, box.id);
  await sdk.splitter.updateById(splitter.id, { name: "Atendimento" });
  assert.equal((await one(sdk.splitter, "parent", box.id)).name, "Atendimento");

  for (const [proxy, schema] of [
    [sdk.project, vendor.ProjectSchema],
    [sdk.boxType, vendor.BoxTypeSchema],
    [sdk.box, vendor.BoxSchema],
    [sdk.splitterType, vendor.SplitterTypeSchema],
    [sdk.splitter, vendor.SplitterSchema],
  ]) {
    const rows = await proxy.findAll();
    assert.ok(rows.length > 0);
    for (const row of rows) schema.parse(row);
  }

  await assert.rejects(sdk.project.deleteById(project.id), refusedWith(409));
  await sdk.splitter.deleteById(splitter.id);
  assert.equal(await sdk.splitter.findById(splitter.id), null);
  await sdk.box.deleteById(box.id);
  assert.equal(await sdk.box.findById(box.id), null);
  await sdk.project.deleteById(project.id);
  assert.equal(await sdk.project.findById(project.id), null);
});

test("a wrong key is refused; who has a login and a password is let in", async () => {
  const stranger = new OZMapSDK(OZMAP_URL, { apiKey: "another" });
  await assert.rejects(stranger.project.find(), refusedWith(401));
  const before = (await requests()).login ?? 0;
  const person = new OZMapSDK(OZMAP_URL, { login: OZMAP_LOGIN, password: OZMAP_PASSWORD });
  assert.ok((await person.project.find()).total > 0);
  assert.ok((await person.project.find()).total > 0);
  assert.equal((await requests()).login, before + 1);
});
