import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

/** The one command of the benchmark: about 200 bytes there, a small object back. */
export const GET_DEVICE = 'device.get.v1';

export const REQUEST = { id: 'dev-000001', fields: ['a', 'b'], pad: 'x'.repeat(150) };

/** The same Nest controller behind every transport. Written without decorators: node runs it as it stands. */
class DeviceController {
  get(request) {
    return { id: request.id, ok: true };
  }
}

const get = Object.getOwnPropertyDescriptor(DeviceController.prototype, 'get');
MessagePattern(GET_DEVICE)(DeviceController.prototype, 'get', get);
Controller()(DeviceController);

export class BenchModule {}
Module({ controllers: [DeviceController] })(BenchModule);
